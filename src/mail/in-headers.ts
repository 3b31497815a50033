import type { Sender } from '../settings/mail.ts';
import type { Message } from './mailer.ts';

/** A message as nodemailer writes it, whichever way it goes. Every header is ours. */
export function inHeaders({ id, to, subject, text, html }: Message, from: Sender) {
  return {
    from: { name: from.name ?? '', address: from.address },
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    messageId: messageId(id, from),
    subject,
    text,
    html,
    // Programs that answer mails by themselves leave these alone (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** The same at each try, over each server. */
export function messageId(id: string, from: Sender): string {
  return `<${id}@${from.address.split('@')[1] ?? 'localhost'}>`;
}
