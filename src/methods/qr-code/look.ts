import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'QR_CODE',
  icon: 'scan',
  name: 'method.QR_CODE',
  hint: 'method-hint.QR_CODE',
  page: () => import('./page.tsx'),
};
