import { client, mailed, made, trackFor } from '../../../test/rig/proof-kind.ts';
import type { ProofKind } from '../../../test/rig/proof-kind.ts';
import { manifest } from './manifest.ts';

export const proof: ProofKind = {
  name: 'a mailed link',
  method: manifest.verificationMethod,
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
        return /<h1[^>]*>Thanks/.test(await reply.text());
      },
      guess: undefined,
    };
  },
};
