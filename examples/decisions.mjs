// Rules decide: one user, four sign-ins, four different decisions, each explained.
import { apiUrl, authsignal, managementKey, secretKey } from './client.mjs';

const userId = 'example-carol';
const action = 'exampleSignIn';

// An operator's task, done here through the management API: an action that is allowed unless a rule says otherwise.
await manage('POST', '/action-configurations', { actionCode: action, defaultUserActionResult: 'ALLOW' });
for (const { ruleId } of await manage('GET', `/action-configurations/${action}/rules`)) {
  await manage('DELETE', `/action-configurations/${action}/rules/${ruleId}`);
}
const rules = [
  {
    name: 'Six sign-ins within an hour',
    type: 'BLOCK',
    conditions: { '>=': [{ actionCount: ['user', action, 60, '*'] }, 5] },
  },
  { name: 'Impossible travel', type: 'REVIEW', conditions: { '==': [{ var: 'ip.impossibleTravel' }, true] } },
  { name: 'New device', type: 'CHALLENGE', conditions: { '==': [{ var: 'device.isNew' }, true] } },
];
// The first rule that matches decides, so the strictest comes first.
for (const [priority, rule] of rules.entries()) {
  await manage('POST', `/action-configurations/${action}/rules`, { ...rule, priority, isActive: true });
}

// Carol has signed in once from her laptop in Germany and proven her identity.
await authsignal.deleteUser({ userId });
await authsignal.enrollVerifiedAuthenticator({
  userId,
  attributes: { verificationMethod: 'EMAIL_OTP', email: 'carol@example.com' },
});
const laptopAtHome = { deviceId: 'carols-laptop', ipAddress: '91.10.20.30' };
const first = await authsignal.track({ userId, action, attributes: laptopAtHome });
await authsignal.updateAction({
  userId,
  action,
  idempotencyKey: first.idempotencyKey,
  attributes: { state: 'CHALLENGE_SUCCEEDED' },
});

await signIn('from the known device', laptopAtHome);
await signIn('from a new device', { ...laptopAtHome, deviceId: 'a-new-phone' });
await signIn('from another continent, minutes later', { ...laptopAtHome, ipAddress: '1.128.0.10' });
await authsignal.track({ userId, action, attributes: laptopAtHome });
await signIn('for the sixth time within the hour', laptopAtHome);

async function signIn(how, attributes) {
  const { state, idempotencyKey } = await authsignal.track({ userId, action, attributes });
  console.log(`${how}: ${state}`);
  // The response also has this as data: facts, origins, every condition with the values it read.
  const { words } = await server(`/users/${userId}/actions/${action}/${idempotencyKey}/explain`);
  for (const sentence of words) console.log(`  ${sentence}`);
}

async function server(path) {
  const response = await fetch(`${apiUrl}${path}`, { headers: { authorization: basic(secretKey) } });
  return response.json();
}

async function manage(method, path, body) {
  const response = await fetch(`${apiUrl}/management${path}`, {
    method,
    headers: {
      authorization: basic(managementKey),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  // The action already exists when the example runs again.
  if (!response.ok && response.status !== 409) throw new Error(answer.errorDescription);
  return answer;
}

function basic(key) {
  return `Basic ${btoa(`${key}:`)}`;
}
