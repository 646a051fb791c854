import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'EMAIL_OTP',
  icon: 'mail',
  name: 'method.EMAIL_OTP',
  hint: 'method-hint.EMAIL_OTP',
  isAddress: true,
  page: () => import('./page.tsx'),
};
