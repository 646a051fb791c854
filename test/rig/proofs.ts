/** Every one-time kind that proves something by the client API without a key: how it is made ready and how it is tried. */
import { Secret, TOTP } from 'otpauth';
import { expect } from 'vitest';
import { ask } from './api.ts';
import type { ApiReply } from './api.ts';
import type { ServerProcess } from './server-process.ts';

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DP';

/** A proof that is ready to be given. */
export interface ReadyProof {
  readonly token: string;
  /** Gives it to a node, for the action of its token or of another one. */
  give(node: ServerProcess, token?: string): Promise<boolean>;
  /** Says that it is somebody else's, where that can be said. Gives whether this call has ended it. */
  deny?(node: ServerProcess): Promise<boolean>;
  /** Gives a wrong one. Undefined where there is nothing to guess at. */
  guess: ((node: ServerProcess, n: number) => Promise<ApiReply['body']>) | undefined;
}

export interface ProofKind {
  readonly name: string;
  readonly method: string;
  /** Whether it is for any action of the user, not for the one that it was sent for. */
  readonly isOfUser: boolean;
  ready(stage: ProofStage, userId: string): Promise<ReadyProof>;
}

export interface ProofStage {
  readonly node: ServerProcess;
  readonly key: string;
}

async function made({ node, key }: ProofStage, path: string, body: object): Promise<ApiReply['body']> {
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
  // A node that has no room says so; it decides nothing.
  if (reply.status !== 503) expect(reply.status, reply.text).toBe(200);
  return reply.body;
}

/** What the inbox of development has for an address, latest first, as its page shows it. */
async function mailed(node: ServerProcess, email: string): Promise<string> {
  const page = await (await fetch(`${node.url}/dev/inbox`)).text();
  const articles = page.split('<article>').slice(1);
  return articles.find((article) => article.includes(`To ${email},`)) ?? '';
}

function codeProof(token: string, path: string, code: string, wrong: (n: number) => string): ReadyProof {
  const give = (node: ServerProcess, as: string, verificationCode: string) =>
    client(node, as, path, { verificationCode });
  return {
    token,
    give: async (node, other = token) => (await give(node, other, code)).isVerified === true,
    guess: (node, n) => give(node, token, wrong(n)),
  };
}

const digits = (code: string) => (n: number) =>
  String((Number(code) + 1 + n) % 10 ** code.length).padStart(code.length, '0');

export const proofKinds: readonly ProofKind[] = [
  {
    name: 'a mailed code',
    method: 'EMAIL_OTP',
    isOfUser: false,
    async ready(stage, userId) {
      const email = `${userId}@example.com`;
      await made(stage, `/v1/users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
      const token = await trackFor(stage, userId);
      await client(stage.node, token, 'challenge/email-otp');
      const code = /<h2>(\d{6,10}) is your code/.exec(await mailed(stage.node, email))?.[1] ?? '';
      return codeProof(token, 'verify/email-otp', code, digits(code));
    },
  },
  {
    name: 'a step of an authenticator app',
    method: 'AUTHENTICATOR_APP',
    isOfUser: true,
    async ready(stage, userId) {
      const otpUri = `otpauth://totp/x?secret=${seed}`;
      await made(stage, `/v1/users/${userId}/authenticators`, { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
      const code = new TOTP({ secret: Secret.fromBase32(seed) }).generate();
      const token = await trackFor(stage, userId);
      return codeProof(token, 'verify/totp', code, digits(code));
    },
  },
  {
    name: 'a recovery code',
    method: 'RECOVERY_CODE',
    isOfUser: true,
    async ready(stage, userId) {
      const body = { verificationMethod: 'SMS', phoneNumber: '+6421000000' };
      const enrolled = await made(stage, `/v1/users/${userId}/authenticators`, body);
      const [code = ''] = enrolled.recoveryCodes as string[];
      const token = await trackFor(stage, userId);
      return codeProof(token, 'verify/recovery-code', code, () => 'AAAA-BBBB-CCCC-DDDD');
    },
  },
  {
    name: 'a mailed link',
    method: 'EMAIL_MAGIC_LINK',
    isOfUser: false,
    async ready(stage, userId) {
      const email = `${userId}@example.com`;
      await made(stage, `/v1/users/${userId}/authenticators`, { verificationMethod: 'EMAIL_MAGIC_LINK', email });
      const token = await trackFor(stage, userId);
      await client(stage.node, token, 'challenge/email-magic-link');
      const link = /\/magic-link\?token=[^\s<"]+/.exec(await mailed(stage.node, email))?.[0] ?? '';
      const page = await (await fetch(`${stage.node.url}${link}`)).text();
      const fields = [...page.matchAll(/name="(token|pageNonce)"(?: value="| hidden readonly>)([^"<]*)/g)];
      const form = new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]));
      return {
        token,
        async give(node) {
          const reply = await fetch(`${node.url}/magic-link`, { method: 'POST', body: form });
          return /<h1[^>]*>Confirmed/.test(await reply.text());
        },
        async deny(node) {
          const reply = await fetch(`${node.url}/magic-link/deny`, { method: 'POST', body: form });
          return /<h1[^>]*>Thank you/.test(await reply.text());
        },
        guess: undefined,
      };
    },
  },
];
