/** Says the generated secret of a folder. */
import { generatedSecret } from '../../../src/settings/generated-secret.ts';

const [dataDir = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(generatedSecret(dataDir)));
