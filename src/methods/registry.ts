/** Every method that is built. To add one, add its folder and its line. */
import { emailMagicLink } from './email-magic-link/email-magic-link.ts';
import { emailOtp } from './email-otp/email-otp.ts';
import { inApp } from './in-app/in-app.ts';
import type { Method } from './method.ts';
import { passkey } from './passkey/passkey.ts';
import { push } from './push/push.ts';
import { qrCode } from './qr-code/qr-code.ts';
import { recoveryCode } from './recovery-code/recovery-code.ts';
import { securityKey } from './security-key/security-key.ts';
import { sms } from './sms/sms.ts';
import { totp } from './totp/totp.ts';
import { whatsapp } from './whatsapp/whatsapp.ts';

export const methods: ReadonlyMap<string, Method> = new Map(
  [passkey, securityKey, totp, push, qrCode, inApp, emailOtp, emailMagicLink, sms, whatsapp, recoveryCode].map(
    (method) => [method.verificationMethod, method],
  ),
);
