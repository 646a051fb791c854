import type { MethodLook } from '../../ui/kit/method-look.ts';

export const look: MethodLook = { verificationMethod: 'IN_APP', icon: 'approve', name: 'method.IN_APP' };
