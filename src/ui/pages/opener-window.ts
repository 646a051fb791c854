/** The window that opened the page, and the messages it gets (client-api 7.2). */

/** The window around the frame, or else the opener, or else the page's own, where a wrapper can listen. */
export function openerWindow(): Window {
  const opener = window.opener as Window | null;
  return window.parent !== window ? window.parent : (opener ?? window);
}

export const openerMessages = {
  /** The height of the content, in pixels. */
  resize: (height: number): unknown => ({ height }),
  ready: (): unknown => JSON.stringify({ event: 'AUTHSIGNAL_READY' }),
  failed: (errorCode: string, statusCode: number): unknown =>
    JSON.stringify({ event: 'AUTHSIGNAL_API_ERROR', errorCode, statusCode }),
  /** Asks to be closed, with the token if there is one. */
  close: (token: string | undefined): unknown => JSON.stringify({ event: 'AUTHSIGNAL_CLOSE_POPUP', token }),
} as const;

/** Reports the height of the page at each change, and that it can be shown once it has been painted. */
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
