import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'PUSH',
  icon: 'approve',
  name: 'method.PUSH',
  hint: 'method-hint.PUSH',
  page: () => import('./page.tsx'),
};
