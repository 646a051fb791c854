import { rememberDevice as route } from '../../contract/client/devices.ts';
import { Refusal } from '../../contract/errors.ts';
import { openAction } from '../../proving/open-action.ts';
import { rememberDevice as remember, rememberingOffer } from '../../proving/remember-device.ts';
import { loadActionConfiguration } from '../../storage/queries/action-configurations.ts';
import { operation } from '../operation.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';

export const rememberDevice = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { tenantId, actionCode } = action.key;
  const configuration = await loadActionConfiguration(context.db, tenantId, actionCode);
  const offer = rememberingOffer(action, configuration?.rememberDevice ?? null);
  const isWanted = request.body.remember === true;
  if (isWanted && offer === undefined) {
    throw new Refusal(
      'invalid_configuration',
      'Devices are not remembered for this action: switch on rememberDevices, and track it with a deviceId.',
    );
  }
  const until = await remember(context, request, route, action, isWanted ? offer?.days : undefined);
  return omitAbsent({ rememberedUntil: until === null ? undefined : wireTime(until) });
});
