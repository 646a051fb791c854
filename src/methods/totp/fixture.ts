import { Secret, TOTP } from 'otpauth';
import { codeProof, digits, made, trackFor } from '../../../test/rig/proof-kind.ts';
import type { ProofKind } from '../../../test/rig/proof-kind.ts';
import { manifest } from './manifest.ts';

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DP';

export const proof: ProofKind = {
  name: 'a step of an authenticator app',
  method: manifest.verificationMethod,
  isOfUser: true,
  async ready(stage, userId) {
    const otpUri = `otpauth://totp/x?secret=${seed}`;
    await made(stage, `/v1/users/${userId}/authenticators`, { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    const code = new TOTP({ secret: Secret.fromBase32(seed) }).generate();
    const token = await trackFor(stage, userId);
    return codeProof(token, 'verify/totp', code, digits(code));
  },
};
