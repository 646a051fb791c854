import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = {
  verificationMethod: 'WHATSAPP',
  icon: 'chat',
  name: 'method.WHATSAPP',
  hint: 'method-hint.WHATSAPP',
  isAddress: true,
  page: () => import('./page.tsx'),
};
