import { Provider, errors } from 'oidc-provider';

export const RESPONSE_MODES = ['query', 'form_post'];

/**
 * A code does not belong into a fragment, where every script of the page reads it (RFC 9700 2.1.2). The library offers
 * that to every client; here it is refused like a mode that nobody knows, and the refusal goes the ordinary way.
 */
export function installResponseModes(provider: Provider): void {
  provider.Client.prototype.responseModeAllowed = (mode, responseType) => {
    // Another type than `code` is refused by the check that follows.
    if (responseType !== 'code' || RESPONSE_MODES.includes(mode)) return true;
    const params = Provider.ctx?.oidc.params;
    if (params) params['response_mode'] = undefined;
    throw new errors.UnsupportedResponseMode();
  };
}
