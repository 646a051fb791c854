// The shop in the browser. `authsignal` is the official browser SDK.
const { tenantId, apiUrl } = document.currentScript.dataset;
// Every page creates one: it sets the cookie by which rules recognise the device.
const sdk = new window.authsignal.Authsignal({ tenantId, baseUrl: apiUrl });
const form = document.querySelector('#withdraw');

form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const [button, news] = [form.querySelector('button'), form.querySelector('#news')];
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  news.textContent = '';
  try {
    const id = await withdraw(form.elements.amount.value);
    location.assign(`/?paid=${id}`);
  } catch (error) {
    news.textContent = error.message;
    button.removeAttribute('aria-disabled');
  }
});

/** Returns the id of the withdrawal that was paid. Throws the message for the person if it was not. */
async function withdraw(amount) {
  const { id, url } = await post('/withdrawals', { amount });
  if (url !== undefined) {
    // Without a token, the popup was closed from outside. A token says that the page is done, not what the result is.
    const { token } = await sdk.launch(url, { mode: 'popup' });
    if (token === undefined) throw new Error('You closed the window, so no money has left.');
    await post(`/withdrawals/${id}/confirm`, { token });
  }
  return id;
}

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error('There is no connection. Please try again.');
  });
  const answer = await response.json();
  if (response.status === 401) location.assign('/');
  if (!response.ok) throw new Error(answer.message);
  return answer;
}
