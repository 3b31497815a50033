import { createApiCommand, updateApiCommand } from './api-change.ts';
import { deleteApiCommand, listApis, showApi } from './api.ts';
import { listAudit } from './audit-list.ts';
import { backup } from './backup.ts';
import { createClientCommand } from './client-create.ts';
import { updateClientCommand } from './client-update.ts';
import {
  deleteClientCommand,
  listClients,
  rotateClientSecret,
  showClientCommand,
} from './client.ts';
import type { Command } from './command.ts';
import { doctor } from './doctor.ts';
import { listJobs, runJob } from './jobs.ts';
import { listKeys, revokeKeys, rotateKeys } from './keys.ts';
import { testMail } from './mail-test.ts';
import { listMails, retryMails, showMail } from './mail.ts';
import { migrateCommand } from './migrate.ts';
import { move } from './move.ts';
import { restore } from './restore.ts';
import { resealSecret } from './secret-reseal.ts';
import { start } from './start.ts';
import { createUser } from './user-create.ts';
import { deleteUser } from './user-delete.ts';
import { disableUser, enableUser } from './user-disable.ts';
import { listUsers } from './user-list.ts';
import { setUserPassword } from './user-set-password.ts';
import { showUser } from './user-show.ts';
import { signOutUser } from './user-sign-out.ts';
import { unlockUser } from './user-unlock.ts';

/** Which commands there are, in the order in which --help lists them. */
export const commands: Command[] = [
  start,
  migrateCommand,
  doctor,
  createUser,
  listUsers,
  showUser,
  setUserPassword,
  signOutUser,
  unlockUser,
  disableUser,
  enableUser,
  deleteUser,
  listAudit,
  listKeys,
  rotateKeys,
  revokeKeys,
  resealSecret,
  listJobs,
  runJob,
  listMails,
  showMail,
  retryMails,
  testMail,
  createClientCommand,
  listClients,
  showClientCommand,
  updateClientCommand,
  rotateClientSecret,
  deleteClientCommand,
  createApiCommand,
  listApis,
  showApi,
  updateApiCommand,
  deleteApiCommand,
  backup,
  restore,
  move,
];
