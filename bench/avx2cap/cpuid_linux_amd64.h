#include <stddef.h>
#include <stdint.h>

// masked executes CPUID and hides AVX-512, AVX-VNNI, AVX10 and AMX in its
// answer: EAX, EBX, ECX, EDX.
void avx2cap_masked(uint32_t leaf, uint32_t subleaf, uint32_t answer[4]);

// install answers CPUID for the UD2 instructions of the library at path that
// are at these distances from where it is loaded. Both arguments are kept.
// It returns 0, or errno.
int avx2cap_install(const char *path, const uint64_t *sites, size_t count);

// answered is how often CPUID was answered so far.
uint64_t avx2cap_answered(void);

// observable says whether this CPU has AVX-512 and tells which of its
// registers are in use.
int avx2cap_observable(void);

// forget puts all that AVX-512 adds to the registers of this thread into its
// initial state.
void avx2cap_forget(void);

// used says which of them are in use: bits 5 to 7 of XINUSE.
uint64_t avx2cap_used(void);
