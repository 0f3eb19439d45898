/* A driver's library for tests. What it answers stands in a text file, STATE, read at each call: one `name.device = value` a line, `!15` for the error 15.
   A function that the file says nothing of is not supported by the device. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int Result;
typedef struct { int index; int events; int taken; } Device;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } Memory;
typedef struct { unsigned gpu, memory; } Utilization;
typedef struct { unsigned pid; unsigned long long used; unsigned instance, compute; } Process;
typedef struct { unsigned pid; unsigned long long time; unsigned sm, memory, encoder, decoder; } Reading;
typedef struct { Device *device; unsigned long long type, data; unsigned instance, compute; } Event;
typedef struct { Device *device; } Set;

enum { OK = 0, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, TIMEOUT = 10, LOST = 15 };

static Device devices[16];

static Result text(const char *name, int device, char *into, size_t size) {
    FILE *file = fopen(STATE, "r");
    if (!file) return NOT_SUPPORTED;
    char line[1024], wanted[64];
    Result result = NOT_SUPPORTED;
    snprintf(wanted, sizeof wanted, "%s.%d = ", name, device);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, wanted, strlen(wanted)) == 0) {
            snprintf(into, size, "%s", line + strlen(wanted));
            result = into[0] == '!' ? atoi(into + 1) : OK;
        }
    }
    fclose(file);
    return result;
}

static Result number(const char *name, int device, unsigned long long *value) {
    char value_text[256];
    if (device >= 0 && text("lost", device, value_text, sizeof value_text) == OK) return LOST;
    Result result = text(name, device, value_text, sizeof value_text);
    if (result == OK) *value = strtoull(value_text, 0, 10);
    return result;
}

#ifndef WITHOUT_INIT
Result nvmlInit_v2(void) {
    unsigned long long code = 0;
    number("init", -1, &code);
    return (Result)code;
}
#endif
Result nvmlShutdown(void) { return OK; }

Result nvmlDeviceGetCount_v2(unsigned *count) {
    unsigned long long value = 0;
    Result result = number("count", -1, &value);
    *count = (unsigned)value;
    return result;
}

Result nvmlDeviceGetHandleByIndex_v2(unsigned index, Device **device) {
    char ignored[8];
    if (text("closed", (int)index, ignored, sizeof ignored) == OK) return 4;
    devices[index].index = (int)index;
    *device = &devices[index];
    return OK;
}

Result nvmlDeviceGetMemoryInfo_v2(Device *device, Memory *memory) {
    if (memory->version != (sizeof(Memory) | 2u << 24)) return 25;
    Result result = number("used", device->index, &memory->used);
    return result ? result : number("total", device->index, &memory->total);
}

#ifndef WITHOUT_UTILIZATION
Result nvmlDeviceGetUtilizationRates(Device *device, Utilization *utilization) {
    unsigned long long value = 0;
    Result result = number("utilization", device->index, &value);
    utilization->gpu = (unsigned)value;
    return result;
}
#endif

Result nvmlDeviceGetTemperature(Device *device, int sensor, unsigned *degrees) {
    unsigned long long value = 0;
    Result result = number("temperature", device->index, &value);
    (void)sensor;
    *degrees = (unsigned)value;
    return result;
}

Result nvmlDeviceGetCurrentClocksThrottleReasons(Device *device, unsigned long long *reasons) {
    return number("reasons", device->index, reasons);
}

Result nvmlDeviceGetTotalEccErrors(Device *device, int kind, int counter, unsigned long long *count) {
    (void)counter;
    return number(kind ? "uncorrected" : "corrected", device->index, count);
}

/* `pid:bytes` for each process, and spaces between them. */
static Result processes(const char *name, Device *device, unsigned *count, Process *into) {
    char list[512], *rest = list, *entry;
    unsigned room = *count, found = 0;
    unsigned long long ignored;
    Result result = text(name, device->index, list, sizeof list);
    if (number(name, device->index, &ignored) == LOST) return LOST;
    if (result) return result;
    while ((entry = strtok_r(rest, " ", &rest))) {
        if (into && found < room) {
            unsigned pid;
            long long used;
            sscanf(entry, "%u:%lld", &pid, &used);
            into[found] = (Process){pid, (unsigned long long)used, ~0u, ~0u};
        }
        found++;
    }
    *count = found;
    return found > (into ? room : 0) ? INSUFFICIENT_SIZE : OK;
}

Result nvmlDeviceGetComputeRunningProcesses_v3(Device *device, unsigned *count, Process *into) {
    return processes("compute", device, count, into);
}

Result nvmlDeviceGetGraphicsRunningProcesses_v3(Device *device, unsigned *count, Process *into) {
    return processes("graphics", device, count, into);
}

/* `pid:time:percent` for each reading. */
Result nvmlDeviceGetProcessUtilization(Device *device, Reading *into, unsigned *count, unsigned long long since) {
    char list[512], *rest = list, *entry;
    unsigned room = *count, found = 0;
    Result result = text("busy", device->index, list, sizeof list);
    if (result) return result;
    while ((entry = strtok_r(rest, " ", &rest))) {
        unsigned pid, percent;
        unsigned long long time;
        sscanf(entry, "%u:%llu:%u", &pid, &time, &percent);
        if (time <= since) continue;
        if (into && found < room) into[found] = (Reading){pid, time, percent, 0, 0, 0};
        found++;
    }
    *count = found;
    if (!found) return NOT_FOUND;
    return into ? OK : INSUFFICIENT_SIZE;
}

Result nvmlDeviceGetSupportedEventTypes(Device *device, unsigned long long *types) {
    return number("events", device->index, types);
}

Result nvmlEventSetCreate(Set **set) {
    *set = calloc(1, sizeof(Set));
    return OK;
}

#ifndef WITHOUT_SET_FREE
Result nvmlEventSetFree(Set *set) {
    free(set);
    return OK;
}
#endif

Result nvmlDeviceRegisterEvents(Device *device, unsigned long long types, Set *set) {
    (void)types;
    set->device = device;
    return OK;
}

/* The numbers of all errors so far, and spaces between them. */
Result nvmlEventSetWait_v2(Set *set, Event *event, unsigned timeout) {
    char list[512], *rest = list, *entry;
    int at = 0;
    if (timeout) abort();
    if (text("xids", set->device->index, list, sizeof list)) return TIMEOUT;
    while ((entry = strtok_r(rest, " ", &rest))) {
        if (at++ == set->device->taken) {
            set->device->taken++;
            *event = (Event){set->device, 8, strtoull(entry, 0, 10), 0, 0};
            return OK;
        }
    }
    return TIMEOUT;
}
