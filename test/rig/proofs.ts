/** Every one-time proof of the client API that works without a key. */
import { proof as emailMagicLink } from '../../src/methods/email-magic-link/fixture.ts';
import { proof as emailOtp } from '../../src/methods/email-otp/fixture.ts';
import { proof as recoveryCode } from '../../src/methods/recovery-code/fixture.ts';
import { proof as sms } from '../../src/methods/sms/fixture.ts';
import { proof as totp } from '../../src/methods/totp/fixture.ts';
import { proof as whatsapp } from '../../src/methods/whatsapp/fixture.ts';
import type { ProofKind } from './proof-kind.ts';

export const proofKinds: readonly ProofKind[] = [emailOtp, totp, recoveryCode, emailMagicLink, sms, whatsapp];
