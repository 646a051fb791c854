import { addPasskey as route } from '../../contract/client/passkey.ts';
import { tokenOperation } from '../operation.ts';
import { finishKeyRegistration } from './finish-key-registration.ts';

export const addPasskey = tokenOperation(route, (context, request) => {
  const { registrationCredential, conditionalCreate, deviceId } = request.body;
  const isConditional = conditionalCreate === true;
  return finishKeyRegistration(context, request, route, 'PASSKEY', registrationCredential, { isConditional, deviceId });
});
