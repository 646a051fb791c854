import { IncomingMessage } from 'node:http';

/**
 * A request whose connection is given away only to become a WebSocket. Node offers every `Upgrade` to whoever listens for
 * any, and then neither parses the body nor answers: Java's HttpClient offers `h2c` with each request in the clear, and
 * would never get an answer. A server may ignore an offer (RFC 9110 §7.8), and so it is answered as any other request.
 */
export class UpgradableMessage extends IncomingMessage {
  declare private offered: boolean | undefined;

  // Node's parser sets it before the headers are there, and reads it once they are.
  get upgrade(): boolean {
    const { upgrade = '' } = this.headers;
    return this.offered === true && this.method === 'GET' && upgrade.toLowerCase() === 'websocket';
  }

  set upgrade(offered: boolean | null) {
    this.offered = offered ?? false;
  }
}
