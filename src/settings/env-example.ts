import { type z } from 'zod';
import { SECRETS, schema } from './schema.ts';

/** One row a setting: what `.env.example` and the table in docs/operating.md are made of. */
export interface SettingRow {
  name: string;
  purpose: string;
  /** As it would be written in the environment; absent where there is none. */
  fallback?: string;
  secret: boolean;
}

export function settingRows(): SettingRow[] {
  return Object.entries<z.ZodType>(schema.shape).map(([name, type]) => {
    const fallback = defaultOf(type);
    return {
      name,
      purpose: type.description ?? '',
      ...(fallback === undefined ? {} : { fallback }),
      secret: SECRETS.includes(name),
    };
  });
}

/** The whole of `.env.example`. */
export function envExample(): string {
  const head = [
    '# Every setting of Gatehouse, made from src/settings/schema.ts (node src/settings/write-documents.ts).',
    '# Copy to .env and set what differs. A secret may also be given as NAME_FILE, the path of a file that holds it.',
  ];
  const rows = settingRows().map(
    ({ name, purpose, fallback, secret }) =>
      `# ${purpose}${secret ? ' (secret)' : ''}\n# ${name}=${fallback ?? ''}`,
  );
  return `${[head.join('\n'), ...rows].join('\n\n')}\n`;
}

/** The table of docs/operating.md. */
export function settingsTable(): string {
  const rows = settingRows().map(
    ({ name, purpose, fallback, secret }) =>
      `| \`${name}\` | ${fallback === undefined ? '' : `\`${fallback}\``} | ${purpose}${secret ? ' Secret: also as a file.' : ''} |`,
  );
  return ['| variable | default | what it is |', '| --- | --- | --- |', ...rows].join('\n');
}

function defaultOf(type: z.ZodType): string | undefined {
  const { data } = type.safeParse(undefined);
  return typeof data === 'string' || typeof data === 'number' ? `${data}` : undefined;
}
