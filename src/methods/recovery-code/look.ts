import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'RECOVERY_CODE',
  icon: 'lifebuoy',
  name: 'method.RECOVERY_CODE',
  hint: 'method-hint.RECOVERY_CODE',
  page: () => import('./page.tsx'),
};
