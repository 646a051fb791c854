import { addSecurityKey } from './add-security-key.ts';
import { startSecurityKeyAuthentication } from './start-security-key-authentication.ts';
import { startSecurityKeyRegistration } from './start-security-key-registration.ts';
import { verifySecurityKey } from './verify-security-key.ts';

export const operations = [
  startSecurityKeyRegistration,
  addSecurityKey,
  startSecurityKeyAuthentication,
  verifySecurityKey,
];
