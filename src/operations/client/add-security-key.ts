import { addSecurityKey as route } from '../../contract/client/security-key.ts';
import { tokenOperation } from '../operation.ts';
import { finishKeyRegistration } from './finish-key-registration.ts';

export const addSecurityKey = tokenOperation(route, (context, request) =>
  finishKeyRegistration(context, request, route, 'SECURITY_KEY', request.body, {
    isConditional: false,
    deviceId: undefined,
  }),
);
