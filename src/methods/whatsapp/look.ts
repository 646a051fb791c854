import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = { verificationMethod: 'WHATSAPP', icon: 'phone', name: 'method.WHATSAPP' };
