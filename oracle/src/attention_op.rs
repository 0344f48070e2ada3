//! A head of ours as an operation of candle, with its gradient.

use crate::rows::{Rows, like, numbers, patterns};
use attractor_attention::{Head, Mask, Steps};
use attractor_synapse::{Element, Synapses};
use candle_core::{
    CpuStorage, CustomOp3, DType, Error, Layout, Result, Shape, Tensor, WithDType, bail,
};

/// n softmaxes of queries (q × d) among keys (n × d), the last one through values (n × m): `apply_op3` on the queries.
/// Gradients are those of [`Head::vjp`].
#[derive(Debug, Clone)]
pub struct AttentionOp {
    /// β.
    pub beta: f64,
    /// Which keys are seen.
    pub mask: Mask,
    /// How many softmaxes.
    pub steps: Steps,
}

impl AttentionOp {
    fn forward<T: Element + WithDType>(&self, [q, k, v]: [Rows<'_, T>; 3]) -> Result<Vec<T>> {
        let keys = Synapses::new(k.patterns()?);
        let values = v.patterns()?;
        let head = Head::new(&keys, self.beta).and_then(|head| head.with_values(&values));
        let found = head.and_then(|head| head.attend(q.numbers, &self.mask, self.steps));
        Ok(found.map_err(Error::wrap)?.output)
    }

    fn backward<T: Element + WithDType>(
        &self,
        args: [&Tensor; 3],
        pull: &Tensor,
    ) -> Result<[Tensor; 3]> {
        let [q, k, v] = args;
        let (keys, values) = (Synapses::new(patterns::<T>(k)?), patterns(v)?);
        let head = Head::new(&keys, self.beta).and_then(|head| head.with_values(&values));
        let head = head.map_err(Error::wrap)?;
        let gradient = head.vjp(&numbers(q)?, &self.mask, self.steps, &numbers(pull)?);
        let gradient = gradient.map_err(Error::wrap)?;
        Ok([like(&gradient.queries, q)?, like(&gradient.keys, k)?, like(&gradient.values, v)?])
    }
}

impl CustomOp3 for AttentionOp {
    fn name(&self) -> &'static str {
        "attractor-attention"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let shape = Shape::from((l1.shape().dims2()?.0, l3.shape().dims2()?.1));
        let args = || [(s1, l1), (s2, l2), (s3, l3)];
        let storage = match s1 {
            CpuStorage::F32(_) => CpuStorage::F32(self.forward(Rows::all(args())?)?),
            CpuStorage::F64(_) => CpuStorage::F64(self.forward(Rows::all(args())?)?),
            _ => bail!("queries are neither f32 nor f64"),
        };
        Ok((storage, shape))
    }

    fn bwd(
        &self,
        arg1: &Tensor,
        arg2: &Tensor,
        arg3: &Tensor,
        _res: &Tensor,
        grad_res: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let args = [arg1, arg2, arg3];
        let [q, k, v] = match arg1.dtype() {
            DType::F32 => self.backward::<f32>(args, grad_res)?,
            _ => self.backward::<f64>(args, grad_res)?,
        };
        Ok((Some(q), Some(k), Some(v)))
    }
}
