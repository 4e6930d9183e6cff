// Preloaded into engines (LD_PRELOAD): sets SO_REUSEPORT on a socket that is about to be bound to one of the addresses
// in ELASTILAB_SHARED_ADDRESSES (comma-separated IPv4 or IPv6 literals), so that several nodes can listen on one reader
// endpoint and the kernel spreads the connections. Everything else is as without it. Needs nothing but libc.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int IsShared(const struct sockaddr* address, socklen_t size) {
  char text[INET6_ADDRSTRLEN];
  const void* bytes = NULL;
  if (address == NULL) return 0;
  if (address->sa_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
    bytes = &((const struct sockaddr_in*)address)->sin_addr;
  } else if (address->sa_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
    bytes = &((const struct sockaddr_in6*)address)->sin6_addr;
  }
  const char* list = getenv("ELASTILAB_SHARED_ADDRESSES");
  if (bytes == NULL || list == NULL || inet_ntop(address->sa_family, bytes, text, sizeof(text)) == NULL) return 0;
  const size_t length = strlen(text);
  for (const char* at = list; *at != '\0';) {
    const size_t item = strcspn(at, ",");
    if (item == length && memcmp(at, text, length) == 0) return 1;
    at += item;
    at += *at == ',';
  }
  return 0;
}

int bind(int fd, const struct sockaddr* address, socklen_t size) {
  static int (*next)(int, const struct sockaddr*, socklen_t) = NULL;
  if (next == NULL) *(void**)(&next) = dlsym(RTLD_NEXT, "bind");
  if (IsShared(address, size)) {
    const int saved = errno;
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    errno = saved;
  }
  return next(fd, address, size);
}
