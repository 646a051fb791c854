import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'AUTHENTICATOR_APP',
  icon: 'app',
  name: 'method.AUTHENTICATOR_APP',
  hint: 'method-hint.AUTHENTICATOR_APP',
  page: () => import('./page.tsx'),
};
