/** The window that opened the page, and what it is told there (client-api 7.2). */

/** The one around the frame, else the one behind, else the page's own, where a wrapper can listen. */
export function openerWindow(): Window {
  const opener = window.opener as Window | null;
  return window.parent !== window ? window.parent : (opener ?? window);
}

export const openerMessages = {
  /** How high the content is, in pixels. */
  resize: (height: number): unknown => ({ height }),
  ready: (): unknown => JSON.stringify({ event: 'AUTHSIGNAL_READY' }),
  failed: (errorCode: string, statusCode: number): unknown =>
    JSON.stringify({ event: 'AUTHSIGNAL_API_ERROR', errorCode, statusCode }),
  /** Asks to be closed, with the token if there is one. */
  close: (token: string | undefined): unknown => JSON.stringify({ event: 'AUTHSIGNAL_CLOSE_POPUP', token }),
} as const;

/** Tells how high the page is, at each change, and that it can be shown once it has been painted. */
export function reportSize(tell: (message: unknown) => void): void {
  const container = document.querySelector('#widget-container');
  if (container === null) return;
  const tellHeight = () => {
    const height = Math.ceil(container.getBoundingClientRect().height);
    if (height > 0) tell(openerMessages.resize(height));
  };
  tellHeight();
  new ResizeObserver(tellHeight).observe(container);
  requestAnimationFrame(() => requestAnimationFrame(() => tell(openerMessages.ready())));
}
