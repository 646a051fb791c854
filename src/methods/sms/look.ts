import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'SMS',
  icon: 'phone',
  name: 'method.SMS',
  hint: 'method-hint.SMS',
  isAddress: true,
  page: () => import('./page.tsx'),
};
