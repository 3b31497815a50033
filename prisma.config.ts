import { defineConfig } from 'prisma/config';

// `prisma generate` would download an engine that it does not use; any executable satisfies it.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma' });
