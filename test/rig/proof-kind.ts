/** What the fixtures of methods share: how to prepare a proof, and how to give it. */
import { expect } from 'vitest';
import { ask } from './api.ts';
import type { ApiReply } from './api.ts';
import type { ServerProcess } from './server-process.ts';

/** A proof that is ready to be given. */
export interface ReadyProof {
  readonly token: string;
  /** Gives it to a node, for the action of its token or of another one. */
  give(node: ServerProcess, token?: string): Promise<boolean>;
  /** Denies it, if the method can be denied. Returns whether this call ended it. */
  deny?(node: ServerProcess): Promise<boolean>;
  /** Gives a wrong one. Undefined if there is nothing to guess. */
  guess: ((node: ServerProcess, n: number) => Promise<ApiReply['body']>) | undefined;
}

export interface ProofKind {
  readonly name: string;
  readonly method: string;
  /** Whether it is valid for any action of the user, not only for the one that it was sent for. */
  readonly isOfUser: boolean;
  ready(stage: ProofStage, userId: string): Promise<ReadyProof>;
}

export interface ProofStage {
  readonly node: ServerProcess;
  readonly key: string;
  readonly managementKey: string;
}

/** Calls the server API, as the backend. */
export async function made({ node, key }: ProofStage, path: string, body: object): Promise<ApiReply['body']> {
  const reply = await ask(node.url, 'POST', path, { key, body });
  expect(reply.status, reply.text).toBe(200);
  return reply.body;
}

export async function trackFor(stage: ProofStage, userId: string, action = 'pay'): Promise<string> {
  return String((await made(stage, `/v1/users/${userId}/actions/${action}`, { idempotencyKey: 'k' })).token);
}

export async function client(
  node: ServerProcess,
  token: string,
  path: string,
  body: object = {},
): Promise<ApiReply['body']> {
  const headers = { authorization: `Bearer ${token}` };
  const reply = await ask(node.url, 'POST', `/v1/client/${path}`, { headers, body });
  // A node that is at capacity says so, and decides nothing.
  if (reply.status !== 503) expect(reply.status, reply.text).toBe(200);
  return reply.body;
}

/** The messages for an address in the inbox of development mode, latest first, as its page shows them. */
export async function mailed(node: ServerProcess, email: string): Promise<string> {
  const page = await (await fetch(`${node.url}/dev/inbox`)).text();
  const articles = page.split('<article').slice(1);
  return articles.find((article) => article.includes(`To ${email},`)) ?? '';
}

/** A proof with a code that the user types. */
export function codeProof(token: string, path: string, code: string, wrong: (n: number) => string): ReadyProof {
  const give = (node: ServerProcess, as: string, verificationCode: string) =>
    client(node, as, path, { verificationCode });
  return {
    token,
    give: async (node, other = token) => (await give(node, other, code)).isVerified === true,
    guess: (node, n) => give(node, token, wrong(n)),
  };
}

/** Wrong codes of the same form. */
export const digits = (code: string) => (n: number) =>
  String((Number(code) + 1 + n) % 10 ** code.length).padStart(code.length, '0');
