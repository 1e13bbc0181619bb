/**
 * What Chromium is started with beside Playwright's own flags (no first run, no background networking, no component
 * updates, no sync, no extensions).
 */
export function chromiumFlags({ maxHeapMb }: { maxHeapMb: number }): string[] {
  return [
    // keeps I9: the browser has no network of its own. What a page asks for is answered by us, and where a request
    // slips past us (a redirect Playwright lets pass, a worker, WebRTC) it finds no name and no route.
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--proxy-server=127.0.0.1:9',
    '--proxy-bypass-list=<-loopback>',
    // The shell knows the first name of this, the browser with windows the second.
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--disable-quic',
    '--disable-domain-reliability',
    '--no-pings',
    '--disable-gpu',
    // Pictures are not even asked for, and none of them fails: a page with 200 of them costs a third. The rest of the
    // line is Playwright's own, which this one takes the place of.
    '--blink-settings=imagesEnabled=false,primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4',
    // A page that allocates for ever ends as a crash of its own process (keeps I7).
    `--js-flags=--max-old-space-size=${maxHeapMb}`,
  ]
}
