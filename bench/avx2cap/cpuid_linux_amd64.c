#define _GNU_SOURCE
#include "cpuid_linux_amd64.h"

#include <cpuid.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>

#define BIT(n) (UINT32_C(1) << (n))

// The bits are those of CPUID in Intel's manual, volume 2A, and AMD's APM,
// volume 3, appendix E. Instructions that exist with VEX coding for AVX2 too
// (VAES, VPCLMULQDQ, GFNI) stay.
enum {
    leaf_features = 7,
    features_ebx = BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30), // F DQ IFMA PF ER CD BW
    features_ecx = BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14), // VBMI VBMI2 VNNI BITALG VPOPCNTDQ
    features_edx = BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25), // 4VNNIW 4FMAPS VP2INTERSECT AMX-BF16 FP16 AMX-TILE AMX-INT8
    more_eax = BIT(4) | BIT(5) | BIT(21) | BIT(23), // AVX-VNNI AVX512-BF16 AMX-FP16 AVX-IFMA
    more_edx = BIT(4) | BIT(5) | BIT(8) | BIT(10) | BIT(19), // AVX-VNNI-INT8 AVX-NE-CONVERT AMX-COMPLEX AVX-VNNI-INT16 AVX10
};
#define FEATURES_VL BIT(31) // of EBX; no enumerator of type int

void avx2cap_masked(uint32_t leaf, uint32_t subleaf, uint32_t answer[4]) {
    uint32_t a, b, c, d;
    __cpuid_count(leaf, subleaf, a, b, c, d);
    if (leaf == leaf_features && subleaf == 0) {
        b &= ~((uint32_t)features_ebx | FEATURES_VL);
        c &= ~(uint32_t)features_ecx;
        d &= ~(uint32_t)features_edx;
    }
    if (leaf == leaf_features && subleaf == 1) {
        a &= ~(uint32_t)more_eax;
        d &= ~(uint32_t)more_edx;
    }
    answer[0] = a, answer[1] = b, answer[2] = c, answer[3] = d;
}

static const char *library;
static const uint64_t *sites;
static size_t site_count;
static struct sigaction before; // Go's
static _Atomic uint64_t answered;

// is_site asks the dynamic linker whose code this is. That is no function for
// signal handlers, but this signal comes from an instruction of the library,
// not out of the linker; and the linker's lock may be taken again by the thread
// that holds it, as it does while it runs the library's constructors.
static int is_site(uintptr_t at) {
    Dl_info info;
    if (!dladdr((void *)at, &info) || !info.dli_fname || strcmp(info.dli_fname, library) != 0)
        return 0;
    uint64_t offset = at - (uintptr_t)info.dli_fbase;
    for (size_t i = 0; i < site_count; i++)
        if (sites[i] == offset)
            return 1;
    return 0;
}

static void illegal(int number, siginfo_t *info, void *context) {
    greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
    int kept = errno;
    if (is_site((uintptr_t)regs[REG_RIP])) {
        uint32_t answer[4];
        avx2cap_masked((uint32_t)regs[REG_RAX], (uint32_t)regs[REG_RCX], answer);
        regs[REG_RAX] = answer[0];
        regs[REG_RBX] = answer[1];
        regs[REG_RCX] = answer[2];
        regs[REG_RDX] = answer[3];
        regs[REG_RIP] += 2;
        atomic_fetch_add(&answered, 1);
    } else if (before.sa_flags & SA_SIGINFO) {
        before.sa_sigaction(number, info, context);
    } else {
        // Back to the default: the instruction is tried again, and ends the process.
        sigaction(SIGILL, &before, NULL);
    }
    errno = kept;
}

int avx2cap_install(const char *path, const uint64_t *addresses, size_t count) {
    library = path, sites = addresses, site_count = count;
    // On the signal stack, as Go demands: its own stacks are small.
    struct sigaction ours = {.sa_sigaction = illegal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    return sigaction(SIGILL, &ours, &before) == 0 ? 0 : errno;
}

uint64_t avx2cap_answered(void) { return atomic_load(&answered); }

// What AVX-512 adds is components 5 to 7 of the extended state: mask
// registers, upper halves of ZMM0 to 15, ZMM16 to 31.
#define AVX512_STATE UINT32_C(0xe0)

static uint64_t xgetbv(uint32_t which) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(which));
    return (uint64_t)high << 32 | low;
}

int avx2cap_observable(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & BIT(27))) // OSXSAVE
        return 0;
    if ((xgetbv(0) & AVX512_STATE) != AVX512_STATE)
        return 0;
    return __get_cpuid_count(0xd, 1, &a, &b, &c, &d) && (a & BIT(2)); // XGETBV with ECX 1
}

void avx2cap_forget(void) {
    // An area that says of no component that it holds it has each initialised.
    static const _Alignas(64) uint8_t area[4096];
    __asm__ volatile("xrstor64 %0" : : "m"(area), "a"(AVX512_STATE), "d"(0));
}

uint64_t avx2cap_used(void) { return xgetbv(1) & AVX512_STATE; }
