import type { Kind } from '../finding.ts';

/** This machine: its files, its memory, and the secrets that were given. */
export const machineFindings = {
  'data-directory-open': {
    severity: 'error',
    means: 'Others on this machine may look into DATA_DIR or its secrets.',
    why: 'It holds the embedded database and the generated secret: whoever reads them can be anybody.',
    fix: 'chmod 700 the folder, and chmod 600 what is in it.',
  },
  'data-directory-unwritable': {
    severity: 'error',
    means: 'DATA_DIR cannot be written to.',
    why: 'The embedded database and the generated secret are kept there.',
    fix: 'Give the folder to the user that the server runs as, or set DATA_DIR.',
  },
  'data-directory-full': {
    severity: 'warning',
    means: 'The disk of DATA_DIR is nearly full.',
    why: 'The embedded database stops when it cannot write.',
    fix: 'Make room, or move DATA_DIR.',
  },
  'secret-file-open': {
    severity: 'warning',
    means: 'A file with secrets can be read by every user of this machine.',
    why: 'Whoever reads them can sign in as anybody.',
    fix: 'chmod 600 the file, and give it to the user that the server runs as.',
  },
  'secret-weak': {
    severity: 'error',
    means: 'A GATEHOUSE_SECRET was not made by chance.',
    why: 'Whoever guesses it can open cookies, codes and signing keys.',
    fix: 'Put a new one first: `openssl rand -base64 32`, then a comma, then the old one; then `npx gatehouse secret reseal`, and remove the old one.',
  },
  'password-weak': {
    severity: 'warning',
    means: 'The password of a store or of the mail server is short or common.',
    why: 'Such passwords are guessed in minutes by whoever reaches the port.',
    fix: 'Choose a random one: `openssl rand -base64 24`.',
  },
  'secret-reused': {
    severity: 'warning',
    means: 'Two settings hold the same secret.',
    why: 'Whoever learns it at one place has the other, too.',
    fix: 'Give each its own: `openssl rand -base64 24`.',
  },
  'memory-short': {
    severity: 'warning',
    means: 'The settings may need more memory than there is.',
    why: 'Under load the system ends a process in the middle of its work.',
    fix: 'Lower GATEHOUSE_WORKERS, or give the machine or container more memory.',
  },
} as const satisfies Record<string, Kind>;
