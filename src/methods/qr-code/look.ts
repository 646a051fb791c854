import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = { verificationMethod: 'QR_CODE', icon: 'phone', name: 'method.QR_CODE' };
