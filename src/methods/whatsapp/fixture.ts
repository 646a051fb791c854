import { enableTexts, numberOf, readInboxText } from '../../../test/rig/phone.ts';
import { client, codeProof, digits, made, trackFor } from '../../../test/rig/proof-kind.ts';
import type { ProofKind } from '../../../test/rig/proof-kind.ts';
import { manifest } from './manifest.ts';

export const proof: ProofKind = {
  name: 'a code by WhatsApp',
  method: manifest.verificationMethod,
  isOfUser: false,
  async ready(stage, userId) {
    await enableTexts(stage);
    const phoneNumber = numberOf(`whatsapp ${userId}`);
    await made(stage, `/v1/users/${userId}/authenticators`, { verificationMethod: 'WHATSAPP', phoneNumber });
    const token = await trackFor(stage, userId);
    await client(stage.node, token, 'challenge/whatsapp');
    const code = await readInboxText(stage.node.url, phoneNumber);
    return codeProof(token, 'verify/whatsapp', code, digits(code));
  },
};
