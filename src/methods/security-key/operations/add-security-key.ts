import { addSecurityKey as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { finishKeyRegistration } from '../../../proving/keys/finish-key-registration.ts';

export const addSecurityKey = operation(route, (context, request) =>
  finishKeyRegistration(context, request, route, 'SECURITY_KEY', request.body, {
    isConditional: false,
    deviceId: undefined,
  }),
);
