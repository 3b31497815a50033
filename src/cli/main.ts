#!/usr/bin/env node
/** The command line: which commands there are. Everything they do is audited as `cli`. */
import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
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
import { listKeys, revokeKeys, rotateKeys } from './keys.ts';
import { listJobs, runJob } from './jobs.ts';
import { migrateCommand } from './migrate.ts';
import { move } from './move.ts';
import { restore } from './restore.ts';
import { runCommandLine } from './run.ts';
import { start } from './start.ts';
import { resealSecret } from './secret-reseal.ts';
import { createUser } from './user-create.ts';
import { deleteUser } from './user-delete.ts';
import { disableUser, enableUser } from './user-disable.ts';
import { listUsers } from './user-list.ts';
import { setUserPassword } from './user-set-password.ts';
import { showUser } from './user-show.ts';
import { signOutUser } from './user-sign-out.ts';
import { unlockUser } from './user-unlock.ts';

const commands: Command[] = [
  start,
  listJobs,
  runJob,
  resealSecret,
  migrateCommand,
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
  migrateCommand,
  backup,
  restore,
  move,
];

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Gatehouse needs Node.js 24, and this is ${process.version}; \`npx gatehouse\` uses the right one.`,
  );
  process.exitCode = 1;
} else {
  if (existsSync('.env')) loadEnvFile('.env');
  process.exitCode = await runCommandLine(commands, process.argv.slice(2), process.env);
}
