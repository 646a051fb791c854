import { addPasskey } from './add-passkey.ts';
import { findPasskey } from './find-passkey.ts';
import { startPasskeyAuthentication } from './start-passkey-authentication.ts';
import { startPasskeyAuthenticationWithCookie } from './start-passkey-authentication-with-cookie.ts';
import { startPasskeyRegistration } from './start-passkey-registration.ts';
import { startPasskeyRegistrationWithCookie } from './start-passkey-registration-with-cookie.ts';
import { verifyPasskey } from './verify-passkey.ts';

export const operations = [
  startPasskeyRegistration,
  startPasskeyRegistrationWithCookie,
  addPasskey,
  startPasskeyAuthentication,
  startPasskeyAuthenticationWithCookie,
  verifyPasskey,
  findPasskey,
];
