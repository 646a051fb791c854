import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'PASSKEY',
  icon: 'passkey',
  name: 'method.PASSKEY',
  hint: 'method-hint.PASSKEY',
  page: () => import('./page.tsx'),
};
