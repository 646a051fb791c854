import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'SECURITY_KEY',
  icon: 'key',
  name: 'method.SECURITY_KEY',
  hint: 'method-hint.SECURITY_KEY',
  page: () => import('./page.tsx'),
};
