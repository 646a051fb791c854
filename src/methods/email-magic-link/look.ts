import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'EMAIL_MAGIC_LINK',
  icon: 'link',
  name: 'method.EMAIL_MAGIC_LINK',
  hint: 'method-hint.EMAIL_MAGIC_LINK',
  isAddress: true,
  page: () => import('./page.tsx'),
};
