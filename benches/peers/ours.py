"""Our side: the C functions of benches/src/abi.rs."""

import ctypes
from ctypes import POINTER, byref, c_bool, c_char_p, c_double, c_size_t, c_uint32, c_void_p

import numpy as np


class Network(ctypes.Structure):
    """A two-layer network and where it starts; `Network` of benches/src/abi/makers.rs."""

    _fields_ = [
        ("xi", c_void_p),
        ("cue", c_void_p),
        ("memories", c_size_t),
        ("features", c_size_t),
        ("beta", c_double),
        ("tau_h", c_double),
    ]


SIGNATURES = {
    "attractor_error": [c_char_p, c_size_t],
    "attractor_prepare": [c_void_p],
    "attractor_run": [c_void_p],
    "attractor_output": [c_void_p, c_void_p, c_size_t],
    "attractor_free": [c_void_p],
    "attractor_plain_read": [c_void_p, c_size_t, POINTER(c_uint32)],
    "attractor_peak": [c_size_t, c_bool, POINTER(c_double)],
    "attractor_memories": [c_void_p, c_bool, c_size_t, c_size_t, POINTER(c_void_p)],
    "attractor_memories_data": [c_void_p, POINTER(c_void_p)],
    "attractor_memories_free": [c_void_p],
    "attractor_recall": [c_void_p, c_void_p, c_size_t, c_double, c_bool, POINTER(c_void_p)],
    "attractor_spins": [c_char_p, c_double, c_void_p, c_void_p, c_size_t, c_size_t, c_bool, POINTER(c_void_p)],
    "attractor_activation": [c_char_p, c_double, c_void_p, c_bool, c_size_t, c_size_t, POINTER(c_void_p)],
    "attractor_attention": [c_void_p, c_void_p, c_void_p, c_void_p, POINTER(c_void_p)],
    "attractor_trajectory": [POINTER(Network), c_char_p, c_double, c_double, POINTER(c_void_p)],
    "attractor_velocity": [POINTER(Network), c_bool, POINTER(c_void_p)],
}


class Library:
    """The library, with codes turned into exceptions."""

    def __init__(self, path):
        self._library = ctypes.CDLL(path)
        for name, arguments in SIGNATURES.items():
            getattr(self._library, name).argtypes = arguments

    def call(self, name, *arguments):
        code = getattr(self._library, name)(*arguments)
        if code != 0:
            words = ctypes.create_string_buffer(1000)
            self._library.attractor_error(words, len(words))
            raise RuntimeError(f"{name} returned {code}: {words.value.decode(errors='replace')}")

    def make(self, name, *arguments):
        """The address that a function leaves at its last pointer."""
        address = c_void_p()
        self.call(name, *arguments, byref(address))
        return address

    def memories(self, xi):
        return Memories(self, xi)

    def recall(self, memories, cues, beta, full):
        cues = plain(cues, memories.dtype)
        handle = self.make("attractor_recall", memories.address, at(cues), len(cues), beta, full)
        return Ours(self, handle, cues.shape)

    def spins(self, name, parameter, xi, cue, early):
        xi, cue = (plain(x, np.float32) for x in (xi, cue))
        handle = self.make("attractor_spins", name.encode(), parameter, at(xi), at(cue), *xi.shape, early)
        return Ours(self, handle, cue.shape)

    def activation(self, name, beta, x):
        x = plain(x, x.dtype)
        rows, width = x.shape
        handle = self.make("attractor_activation", name.encode(), beta, at(x), is_double(x), rows, width)
        return Ours(self, handle, x.shape)

    def attention(self, q, k, v):
        q, k, v = (plain(x, np.float32) for x in (q, k, v))
        heads, queries, width = q.shape
        shape = (c_size_t * 4)(heads, queries, k.shape[1], width)
        return Ours(self, self.make("attractor_attention", at(q), at(k), at(v), shape), q.shape)

    def trajectory(self, xi, cue, beta, tau_h, method, accuracy, time):
        network = network_of(xi, cue, beta, tau_h)
        handle = self.make("attractor_trajectory", byref(network), method.encode(), accuracy, time)
        return Ours(self, handle, (sum(xi.shape),))

    def velocity(self, xi, cue, beta, tau_h):
        network = network_of(xi, cue, beta, tau_h)
        return Ours(self, self.make("attractor_velocity", byref(network), is_double(xi)), (sum(xi.shape),))

    def read(self, words):
        total = c_uint32()
        self.call("attractor_plain_read", at(words), words.size, byref(total))
        return total.value

    def peak(self, rounds, double):
        """Billions of operations a second."""
        peak = c_double()
        self.call("attractor_peak", rounds, double, byref(peak))
        return peak.value


class Ours:
    """One contestant of ours; `result` is that of its last run."""

    def __init__(self, library, handle, shape):
        self._library, self._handle, self._shape = library, handle, shape

    def prepare(self):
        self._library.call("attractor_prepare", self._handle)

    def run(self):
        self._library.call("attractor_run", self._handle)

    def result(self):
        numbers = np.empty(self._shape)
        self._library.call("attractor_output", self._handle, at(numbers), numbers.size)
        return numbers

    def __del__(self):
        self._library.call("attractor_free", self._handle)


class Memories:
    """Our copy of some memories, and `array`, everybody's view of its numbers."""

    def __init__(self, library, xi):
        self._library, self.dtype = library, xi.dtype
        xi = plain(xi, xi.dtype)
        self.address = library.make("attractor_memories", at(xi), is_double(xi), *xi.shape)
        data = library.make("attractor_memories_data", self.address)
        kind = c_double if is_double(xi) else ctypes.c_float
        self.array = np.ctypeslib.as_array(ctypes.cast(data, POINTER(kind)), xi.shape)

    def __del__(self):
        if hasattr(self, "address"):
            self._library.call("attractor_memories_free", self.address)


def network_of(xi, cue, beta, tau_h):
    """The caller keeps the arrays until the contestant is made, which copies them."""
    assert xi.flags.c_contiguous and cue.flags.c_contiguous and xi.dtype == cue.dtype
    return Network(xi.ctypes.data, cue.ctypes.data, *xi.shape, beta, tau_h)


def plain(array, dtype):
    return np.ascontiguousarray(array, dtype)


def at(array):
    return c_void_p(array.ctypes.data)


def is_double(array):
    return array.dtype == np.float64
