import { client, codeProof, digits, mailed, made, trackFor } from '../../../test/rig/proof-kind.ts';
import type { ProofKind } from '../../../test/rig/proof-kind.ts';
import { manifest } from './manifest.ts';

export const proof: ProofKind = {
  name: 'a mailed code',
  method: manifest.verificationMethod,
  isOfUser: false,
  async ready(stage, userId) {
    const email = `${userId}@example.com`;
    await made(stage, `/v1/users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
    const token = await trackFor(stage, userId);
    await client(stage.node, token, 'challenge/email-otp');
    const code = /<h2>(\d{6,10}) is your code/.exec(await mailed(stage.node, email))?.[1] ?? '';
    return codeProof(token, 'verify/email-otp', code, digits(code));
  },
};
