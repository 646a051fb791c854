import { addQrCodeCredential } from './add-qr-code-credential.ts';
import { answerQrCodeChallenge } from './answer-qr-code-challenge.ts';
import { checkQrCodeChallenge } from './check-qr-code-challenge.ts';
import { claimQrCodeChallenge } from './claim-qr-code-challenge.ts';
import { findQrCodeCredential } from './find-qr-code-credential.ts';
import { removeQrCodeCredential } from './remove-qr-code-credential.ts';
import { startQrCodeChallenge } from './start-qr-code-challenge.ts';

export const operations = [
  findQrCodeCredential,
  addQrCodeCredential,
  removeQrCodeCredential,
  startQrCodeChallenge,
  checkQrCodeChallenge,
  claimQrCodeChallenge,
  answerQrCodeChallenge,
];
