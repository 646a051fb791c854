/** Phones for tests: numbers, and the texts that development mode keeps. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { ask } from './api.ts';

// Those that numberOf has numbers of.
const phoneCountryCodes = ['PT', 'NZ', 'GB', 'FR', 'DE'];

const beginnings = ['+35191', '+64211', '+44745', '+3361', '+491511'];
const digitsAfter = [7, 6, 7, 7, 7];

/** A mobile number of a user's own: of another range, and often of another country, than that of the next one. */
export function numberOf(userId: string): string {
  const hash = createHash('sha256').update(userId).digest();
  const at = (hash[0] ?? 0) % beginnings.length;
  const number = hash.readUInt32BE(1) % 10 ** (digitsAfter[at] ?? 0);
  return `${beginnings[at]}${String(number).padStart(digitsAfter[at] ?? 0, '0')}`;
}

/**
 * Lets a tenant's users have codes by text message and WhatsApp, which development mode keeps. Repeating it changes
 * nothing.
 */
export async function enableTexts({ node, managementKey }: ManagedNode): Promise<void> {
  for (const method of ['sms', 'whatsapp']) {
    const path = `/v1/management/authenticator-configurations/${method}`;
    const key = managementKey;
    if ((await ask(node.url, 'GET', path, { key })).status === 200) continue;
    const reply = await ask(node.url, 'POST', path, { key, body: textSettings });
    expect(reply.status, reply.text).toBe(200);
  }
}

interface ManagedNode {
  readonly node: { readonly url: string };
  readonly managementKey: string;
}

/** Settings under which every text is sent. */
export const textSettings = { smsCountryCodes: phoneCountryCodes };

/** How many texts the inbox of development mode has for a number. */
export async function countInboxTexts(serverUrl: string, phoneNumber: string): Promise<number> {
  const page = await (await fetch(`${serverUrl}/dev/inbox`)).text();
  return page.split('<article').filter((article) => article.includes(`To ${phoneNumber},`)).length;
}

/** The code of the latest text to a number in the inbox of development mode; '' if there is none. */
export async function readInboxText(serverUrl: string, phoneNumber: string): Promise<string> {
  const page = await (await fetch(`${serverUrl}/dev/inbox`)).text();
  const own = page.split('<article').find((article) => article.includes(`To ${phoneNumber},`));
  return codeOf(own ?? '');
}

/** The code in a text in English. */
export function codeOf(body: string): string {
  return /: (\d{6,10}) is your code\./.exec(body)?.[1] ?? '';
}
