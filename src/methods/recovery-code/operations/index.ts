import { replaceRecoveryCodes } from './replace-recovery-codes.ts';
import { verifyRecoveryCode } from './verify-recovery-code.ts';

export const operations = [verifyRecoveryCode, replaceRecoveryCodes];
