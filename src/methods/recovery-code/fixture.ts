import { codeProof, made, trackFor } from '../../../test/rig/proof-kind.ts';
import type { ProofKind } from '../../../test/rig/proof-kind.ts';
import { manifest } from './manifest.ts';

export const proof: ProofKind = {
  name: 'a recovery code',
  method: manifest.verificationMethod,
  isOfUser: true,
  async ready(stage, userId) {
    const body = { verificationMethod: 'SMS', phoneNumber: '+6421000000' };
    const enrolled = await made(stage, `/v1/users/${userId}/authenticators`, body);
    const [code = ''] = enrolled.recoveryCodes as string[];
    const token = await trackFor(stage, userId);
    return codeProof(token, 'verify/recovery-code', code, () => 'AAAA-BBBB-CCCC-DDDD');
  },
};
