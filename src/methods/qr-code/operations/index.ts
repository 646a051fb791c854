import { addQrCodeCredential } from './add-qr-code-credential.ts';
import { findQrCodeCredential } from './find-qr-code-credential.ts';
import { removeQrCodeCredential } from './remove-qr-code-credential.ts';

export const operations = [findQrCodeCredential, addQrCodeCredential, removeQrCodeCredential];
