import { addPasskey as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { finishKeyRegistration } from '../../../proving/keys/finish-key-registration.ts';

export const addPasskey = operation(route, (context, request) => {
  const { registrationCredential, conditionalCreate, deviceId } = request.body;
  const isConditional = conditionalCreate === true;
  return finishKeyRegistration(context, request, route, 'PASSKEY', registrationCredential, { isConditional, deviceId });
});
